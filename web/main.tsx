/** The page of one spec: reads its data, makes the relation of it, and shows both. */
import { render } from "preact";
import type { PageData } from "../checker/html/data.ts";
import { unpackSystem } from "../checker/html/transfer.ts";
import { App } from "./app.tsx";

const data = JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData;
const page = document.getElementById("page");
if (!page) throw new Error("the page has no place to be shown in");
render(<App data={data} system={unpackSystem(data.system)} />, page);
