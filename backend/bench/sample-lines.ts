/** Deterministic numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const users = ['root', 'admin', 'deploy', 'git', 'postgres', 'ada', 'grace', 'oracle', 'test', 'pi'];

/** Lines as sshd and the kernel's netfilter write them, RFC 3164 with PRI, at times up to `endMs`; half of each. */
export function* sampleLines(count: number, endMs: number, seed = 1): Generator<string> {
  const random = seeded(seed);
  const pick = (size: number): number => Math.floor(random() * size);
  for (let n = 0; n < count; n += 1) {
    // One line each 20 ms.
    const at = new Date(endMs - (count - n) * 20);
    const month = months[at.getUTCMonth()] ?? 'Jan';
    const time = `${month} ${String(at.getUTCDate()).padStart(2)} ${at.toISOString().slice(11, 19)}`;
    yield n % 2 === 0 ? sshd(time, pick) : netfilter(time, n, pick);
  }
}

function sshd(time: string, pick: (size: number) => number): string {
  const head = `<38>${time} web${String(pick(20))} sshd[${String(1000 + pick(30_000))}]:`;
  const from = `from 203.0.113.${String(pick(250))} port ${String(1024 + pick(60_000))}`;
  const user = users[pick(users.length)] ?? 'root';
  const kind = pick(100);
  if (kind < 60) return `${head} Failed password for ${user} ${from} ssh2`;
  if (kind < 75) return `${head} Failed password for invalid user ${user}${String(pick(99))} ${from} ssh2`;
  if (kind < 85) return `${head} Invalid user ${user}${String(pick(99))} ${from}`;
  if (kind < 95) return `${head} Connection closed by authenticating user ${user} ${from.slice(5)} [preauth]`;
  return `${head} Accepted publickey for ada from 192.0.2.${String(pick(9))} port ${String(1024 + pick(60_000))} ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`;
}

function netfilter(time: string, n: number, pick: (size: number) => number): string {
  const ports = [22, 23, 80, 443, 445, 3389, 8080, 5060];
  const action = pick(10) < 8 ? 'DROP' : 'ACCEPT';
  return (
    `<4>${time} gw kernel: [${String(n)}.${String(pick(999_999)).padStart(6, '0')}] A=${action} C=inet IN=eth0 OUT= ` +
    `MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.${String(pick(250))} DST=203.0.113.${String(pick(9))} ` +
    `LEN=60 TOS=0x00 PREC=0x00 TTL=${String(40 + pick(24))} ID=${String(pick(65_536))} DF PROTO=TCP ` +
    `SPT=${String(1024 + pick(60_000))} DPT=${String(ports[pick(ports.length)] ?? 22)} WINDOW=64240 RES=0x00 SYN URGP=0`
  );
}
