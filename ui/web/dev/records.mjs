// Records that look like a bank's: always the same ones, up to the time they end at.
let seed = 7;
const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
const pick = (list) => list[Math.floor(random() ** 1.4 * list.length)];
const hex = (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");

const services = ["gateway", "payments", "auth-api", "ledger", "cards", "fraud-scorer", "notifications", "mobile-bff"];
const messages = [
  (r) => `request completed in ${r.duration_ms}ms`,
  (r) => `user ${r.user_id} ${r.action} from ${r.source_ip} outcome=${r.outcome}`,
  (r) => `upstream ledger responded ${r.status} in ${r.duration_ms}ms`,
  (r) => `published event ${r.action} to topic ${r.service}.events partition ${Math.floor(random() * 64)} offset ${Math.floor(random() * 1e9)}`,
  (r) => `token issued for ${r.user_id} expires in 900s`,
  () => "\u001b[32mcache\u001b[0m miss for key limits:eu\u0007 <b>refilled</b>",
];
const failures = [
  (r) => `java.net.SocketTimeoutException: Read timed out calling ledger at ${r.source_ip}:8443\n\tat bank.ledger.Client.post(Client.java:118)\n\tat bank.payments.Transfer.book(Transfer.java:64)`,
  (r) => `failed login for user ${r.user_id} from ${r.source_ip}: bad password`,
  () => "circuit breaker for ledger open: 12 of 20 calls failed",
];

export function makeRecords(count, ageMs) {
  const end = Date.now() - ageMs;
  const spanMs = 15 * 60_000;
  const ids = Array.from({ length: 240 }, () => hex(32));
  return Array.from({ length: count }, (_, index) => {
    const wave = index / count;
    const at = Math.floor(end - spanMs * (1 - wave) + Math.sin(wave * 25) * 9000);
    const incident = wave > 0.62 && wave < 0.7;
    const draw = random();
    const level = draw < (incident ? 0.35 : 0.03) ? "ERROR" : draw < 0.1 ? "WARN" : draw > 0.97 ? "DEBUG" : "INFO";
    const service = pick(services);
    const fields = {
      level, service, message: "", correlation_id: ids[Math.floor(wave * 232 + random() * 8)], user_id: `u${1000 + Math.floor(random() ** 3 * 900)}`,
      action: pick(["login", "transfer.create", "balance.read", "card.freeze"]), outcome: level === "ERROR" ? "failure" : "success",
      source_ip: `10.${Math.floor(random() * 4)}.${Math.floor(random() * 256)}.${Math.floor(random() * 254)}`, region: pick(["eu-west-1", "eu-central-1", "us-east-1"]),
      duration_ms: Math.floor(8 + random() ** 4 * 900), status: level === "ERROR" ? pick([500, 503, 401]) : 200,
      "kubernetes.namespace": "bank", "kubernetes.pod": `${service}-7d9f-${Math.floor(random() * 4)}`,
    };
    fields.message = (level === "ERROR" ? pick(failures) : pick(messages))(fields);
    const timestamp = new Date(at).toISOString().replace("Z", `${String(index % 1000).padStart(3, "0")}000Z`);
    const origin = { cluster: "prod", node: "ip-10-0-3-17", namespace: "bank", pod: fields["kubernetes.pod"], container: service, file: `/var/log/pods/bank_${fields["kubernetes.pod"]}/${service}/0.log`, channel: "stdout", offset: index * 431, generation: 1 };
    return { id: `${hex(18)}${index.toString(16).padStart(6, "0")}`, at, timestamp, received_at: new Date(at + 180).toISOString(), stream: random() < 0.2 ? "audit" : "app", origin, fields, raw: JSON.stringify({ timestamp, ...fields }) };
  }).sort((left, right) => left.at - right.at);
}
