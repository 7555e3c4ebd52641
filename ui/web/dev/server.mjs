// For working on the page without a Palisade: serves dist/ and plausible answers with the page's real headers.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { makeRecords } from "./records.mjs";

const port = Number(process.env.PORT ?? 8599);
const all = makeRecords(6000, Number(process.env.AGE_MS ?? 0));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const units = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
const time = (text) => {
  const found = /^now(?:-(\d+)([smhd]))?$/.exec(text);
  return found ? Date.now() - Number(found[1] ?? 0) * (units[found[2]] ?? 0) : Date.parse(text);
};
const words = (query) => [...query.matchAll(/(?:(not)\s+)?([\w.]+):("[^"]*"|\S+)|(?:"([^"]*)"|(\S+))/g)].filter((m) => !/^(and|or|not)$/.test(m[0]));
const matches = (record, query) =>
  words(query).every(([, not, field, value, phrase, word]) => {
    if (!field) return record.raw.toLowerCase().includes((phrase ?? word).toLowerCase());
    const wanted = value.replaceAll('"', "");
    return (String(record.fields[field] ?? "").toLowerCase() === wanted.toLowerCase() || (wanted === "*" && field in record.fields)) !== Boolean(not);
  });
const found = ({ query = "", from, to, stream }) =>
  all.filter((r) => (!stream || r.stream === stream) && r.at >= time(from) && r.at < time(to) && matches(r, query));
const groups = (items, key) => {
  const found = new Map();
  for (const item of items) found.set(key(item), [...(found.get(key(item)) ?? []), item]);
  return [...found];
};
const counted = (items) => [...items.reduce((sums, item) => sums.set(item, (sums.get(item) ?? 0) + 1), new Map())].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);

const answers = {
  search(body) {
    if (body.query.includes("((")) return [400, { error: { kind: "query", message: "A bracket is opened and never closed", hint: "Close it with ), or put the text in quotes to search for the bracket itself.", position: { offset: body.query.indexOf("(("), length: 2 } } }];
    const records = found(body);
    if (body.order === "newest") records.reverse();
    const start = Number(body.cursor ?? 0);
    const end = start + body.limit;
    if (body.query.includes("|")) return [200, { columns: ["service", "n"], rows: [["payments", 4211], ["ledger", 932]], took_ms: 4, scanned: { splits: 4, blocks: 90, rows: 90000, bytes: 4e6 } }];
    return [200, { records: records.slice(start, end), cursor: end < records.length ? String(end) : null, took_ms: 3.4, scanned: { splits: 12, blocks: 140, rows: 1_146_880, bytes: 18_400_000 } }];
  },
  histogram(body) {
    const [from, to] = [time(body.from), time(body.to)];
    const step = (to - from) / (body.buckets ?? 100);
    const buckets = Array.from({ length: body.buckets ?? 100 }, (_, i) => ({ time: new Date(from + i * step).toISOString(), count: 0, by: {} }));
    const records = found(body);
    for (const r of records) {
      const bucket = buckets[Math.min(buckets.length - 1, Math.floor((r.at - from) / step))];
      bucket.count += 1;
      bucket.by[r.fields.level] = (bucket.by[r.fields.level] ?? 0) + 1;
    }
    return [200, { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step_ms: step, buckets, total: records.length, took_ms: 2 }];
  },
  fields(body) {
    const records = found(body);
    const names = counted(records.flatMap((r) => Object.keys(r.fields)));
    return [200, { fields: names.map(({ value, count }) => ({ name: value, records: count, distinct: new Set(records.map((r) => r.fields[value])).size, type: typeof records.find((r) => value in r.fields).fields[value] })), total: records.length, took_ms: 3 }];
  },
  values(body) {
    const records = found(body);
    const values = counted(records.flatMap((r) => (body.field in r.fields ? [String(r.fields[body.field])] : [])));
    const shown = values.slice(0, body.limit);
    const others = values.slice(body.limit).reduce((sum, v) => sum + v.count, 0);
    return [200, { field: body.field, values: shown, distinct: values.length, others, missing: records.filter((r) => !(body.field in r.fields)).length, took_ms: 2 }];
  },
  context(_, q) {
    const center = all.find((r) => r.id === q.get("id"));
    if (!center) return [404, { error: { kind: "not_found", message: "No record has this id.", hint: "It may have passed its retention." } }];
    const same = all.filter((r) => r.origin.file === center.origin.file);
    const at = same.indexOf(center);
    const first = Math.max(0, at - Number(q.get("before")));
    return [200, { records: same.slice(first, at + Number(q.get("after")) + 1), position: at - first }];
  },
  correlate(_, q) {
    const records = found({ from: q.get("from"), to: q.get("to") }).filter((r) => Object.values(r.fields).includes(q.get("id"))).slice(0, 300);
    const services = groups(records, (r) => r.fields.service).map(([service, list]) => ({ service, first: list[0].timestamp, last: list.at(-1).timestamp, count: list.length, errors: list.filter((r) => r.fields.level === "ERROR").length }));
    return [200, { id: q.get("id"), records, services, truncated: false }];
  },
  streams: () => [200, { streams: ["app", "audit"].map((name) => ({ name, records: all.filter((r) => r.stream === name).length, bytes: 1e6, oldest: all[0].timestamp, newest: all.at(-1).timestamp })) }],
};

function tail(response) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let sent = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 3; i += 1) {
      const record = { ...all[(sent * 7) % all.length], id: `live-${sent}`, timestamp: new Date().toISOString() };
      response.write(`event: record\ndata: ${JSON.stringify(record)}\n\n`);
      sent += 1;
    }
    if (sent % 90 === 0) response.write('event: lag\ndata: {"dropped":120}\n\n');
  }, 60);
  response.on("close", () => clearInterval(timer));
}

async function page(path, response) {
  const file = path === "/" ? "/index.html" : path;
  const bytes = await readFile(new URL(`../dist${file}`, import.meta.url)).catch(() => undefined);
  const head = { "content-type": types[extname(file)] ?? "application/octet-stream", "content-security-policy": policy };
  response.writeHead(bytes ? 200 : 404, head).end(bytes);
}

createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const name = url.pathname.replace("/api/v1/", "");
  if (!url.pathname.startsWith("/api/")) return page(url.pathname, response);
  if (process.env.LOCKED) return response.writeHead(401).end('{"error":{"kind":"unauthorized","message":"sign in first","hint":"paste a token"}}');
  if (name === "tail") return tail(response);
  let text = "";
  for await (const piece of request) text += piece;
  const [status, body] = answers[name]?.(text === "" ? {} : JSON.parse(text), url.searchParams) ?? [404, {}];
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}).listen(port, "127.0.0.1");
