#!/usr/bin/env node
// Runs the checker from its TypeScript sources, and makes models of one's own in TypeScript loadable.
import { register } from "node:module";
import { register as registerTypeScript } from "tsx/esm/api";

registerTypeScript();
register("./typescript-is-esm.js", import.meta.url);
await import("../checker/cli.ts");
