// Starts the page.
import { render } from "preact";
import { App } from "./app";
import { applyTheme, keptTheme } from "./state/kept";
import "./style/base.css";
import "./style/shell.css";
import "./style/header.css";
import "./style/chart.css";
import "./style/plot.css";
import "./style/fields.css";
import "./style/records.css";
import "./style/correlate.css";
import "./style/panels.css";
import "./style/evidence.css";
import "./style/alerts.css";
import "./style/reports.css";
import "./style/access.css";
import "./style/people.css";

applyTheme(keptTheme());
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
