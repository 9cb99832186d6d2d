#!/usr/bin/env node
// Runs the checker from its TypeScript sources, and makes models of one's own in TypeScript loadable.
import { register } from "tsx/esm/api";

register();
await import("../checker/cli.ts");
