// Contributions as strangers send them, many at a time, and what became of each.
import http from "node:http";

const ITEMS = "/api/collections/deployments/items";
const agentOf = (n) => new http.Agent({ keepAlive: true, maxSockets: n });

function ask(server, agent, path, { method = "GET", body, headers = {} } = {}) {
  return new Promise((resolve) => {
    const asked = http.request(`${server.url}${path}`, { method, agent, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, body: Buffer.concat(parts) }));
      answer.on("error", () => resolve({ status: 0 }));
    });
    asked.on("error", () => resolve({ status: 0 })); // killed, and nothing was said
    asked.end(body);
  });
}

/* A camera with a number of its own in the note, so that it can be told from all others. */
function camera(number) {
  return JSON.stringify({ type: "Feature", geometry: { type: "Point", coordinates: [5.3 + (number % 997) / 5000, 43.2 + (number % 991) / 5000] },
    properties: { category: "cctv", device_type: "dome", direction: String(number % 360), height_m: 4, note: `number ${number}` } });
}

export class Load {
  constructor(server, sockets = 16) {
    this.server = server;
    this.agent = agentOf(sockets);
  }

  /* {status, id, receipt, number}; status 0: the server went away before it answered. */
  async propose(number) {
    const body = camera(number);
    const answer = await ask(this.server, this.agent, ITEMS, { method: "POST", body, headers: { "content-type": "application/geo+json", "content-length": Buffer.byteLength(body) } });
    const said = answer.status === 202 ? JSON.parse(answer.body) : {};
    return { status: answer.status, number, id: said.id, receipt: said.receipt };
  }

  /* Whether one that was acknowledged is there, whole, for whoever has its receipt. */
  async isKept(made) {
    const answer = await ask(this.server, this.agent, `/api/contributions/${made.id}`, { headers: { authorization: `Bearer ${made.receipt}` } });
    return answer.status === 200 && JSON.parse(answer.body).note === `number ${made.number}`;
  }

  tile(z, x, y) {
    return ask(this.server, this.agent, `/tiles/light/${z}/${x}/${y}.png`);
  }

  close() {
    this.agent.destroy();
  }
}

/* Kills the server without warning after so many ms of proposals by `hands` at once; what was acknowledged until then. */
export async function proposeUntilKilled(server, after_ms, hands, next) {
  const load = new Load(server, hands), made = [];
  let alive = true;
  const killed = new Promise((done) => setTimeout(() => { alive = false; done(server.stop("SIGKILL")); }, after_ms));
  await Promise.all(Array.from({ length: hands }, async () => {
    while (alive) {
      const one = await load.propose(next());
      if (one.status === 202) made.push(one);
      else if (alive) throw new Error(`a proposal was answered ${one.status}`);
    }
  }));
  await killed;
  load.close();
  return made;
}

export function quantile(sorted, q) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : NaN;
}
