import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect, it } from 'vitest';
import { eventually } from '../support/clusters.ts';
import { dockerGoal } from '../support/docker-cluster.ts';
import { ask } from '../support/engine-api.mjs';
import { failureOf } from '../support/failures.ts';
import { everyTestNeeds } from '../support/needs.ts';

everyTestNeeds('docker');

/** A node, and a server of ours that its programs are led to. */
async function led(server: Server) {
  const goal = await dockerGoal();
  await goal.ensure();
  const connection = await goal.connect();
  const served = await connection.serve('broker', server);
  /** Runs Python with `ask(method, path, body)`, which gives the answer's body. */
  const python = (code: string) =>
    connection.exec(['python3', '-c', `${client(served.nodePath)}\n${code}`], { timeoutMs: 60_000 });
  return { ...goal, connection, served, python };
}

const client = (path: string) => `
import hashlib, http.client, socket, threading
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("${path}")
def ask(method, path, body=None):
    connection = Connection("node")
    connection.request(method, path, body)
    return connection.getresponse().read()
`;

it('carries much, in both directions, on many connections at once', async () => {
  const server = createServer(async (request, response) => {
    const hash = createHash('sha256');
    for await (const chunk of request) hash.update(chunk as Buffer);
    response.write(hash.digest('hex'));
    response.end(Buffer.alloc(5_000_000, request.url));
  });
  const { python, served } = await led(server);
  const result = await python(`
def one(number):
    body = bytes([number]) * 5000000
    answer = ask("POST", "/%d" % number, body)
    right = hashlib.sha256(body).hexdigest().encode() + (b"/%d" % number) * 2500000
    told.append(answer == right)
told = []
threads = [threading.Thread(target=one, args=(number,)) for number in range(1, 9)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(told)`);
  expect(result.stdout.toString()).toBe(`[${Array(8).fill('True').join(', ')}]\n`);
  await served.close();
});

it('takes no more than there is room for while nobody reads', async () => {
  let sent = 0;
  const server = createServer((_request, response) => {
    const more = () => {
      while (sent < 50_000_000 && response.write(Buffer.alloc(65_536))) sent += 65_536;
    };
    response.on('drain', more);
    more();
  });
  const { python, served } = await led(server);
  await python(`
import time
connection = Connection("node")
connection.request("GET", "/")
time.sleep(1)`);
  expect(sent).toBeLessThan(2_000_000);
  await served.close();
  server.closeAllConnections();
});

it('ends what a program had asked when that program ends', async () => {
  let gone = false;
  const server = createServer((_request, response) => {
    response.write('begin');
    response.once('close', () => {
      gone = true;
    });
  });
  const { python, served } = await led(server);
  await python(
    'connection = Connection("node")\nconnection.request("GET", "/")\nconnection.getresponse().read(5)',
  );
  await eventually(() => gone || undefined);
  await served.close();
});

it('is over when it is closed, and can be opened again by the same name', async () => {
  const { connection, served, python } = await led(createServer((_, response) => response.end('one')));
  await served.close();
  expect((await connection.exec(['ls', served.nodePath])).code).not.toBe(0);
  const again = await connection.serve(
    'broker',
    createServer((_, response) => response.end('two')),
  );
  expect((await python('print(ask("GET", "/"))')).stdout.toString()).toBe("b'two'\n");
  await again.close();
});

it('is over when it is closed, also when its program on the node has been stopped', async () => {
  let closed = false;
  const server = createServer((_request, response) => {
    response.write('begin');
    response.once('close', () => {
      closed = true;
    });
  });
  const { connection, served, python } = await led(server);
  const asked = once(server, 'request');
  const asking = python('ask("GET", "/")');
  await asked;
  // The brackets keep the shell from finding itself.
  const stop =
    'for one in /proc/[0-9]*; do ! grep -q "rela[y].py" $one/cmdline || kill -STOP ${one#/proc/}; done';
  expect((await connection.exec(['sh', '-c', stop])).stderr.toString()).toBe('');
  await served.close();
  expect(closed).toBe(true);
  await connection.exec(['sh', '-c', 'kill -KILL -1']);
  await asking;
});

it('ends the connections of a node that dies, and tells when one cannot be led', async () => {
  let closed = false;
  const server = createServer((_request, response) => {
    response.write('begin');
    response.once('close', () => {
      closed = true;
    });
  });
  const { id, host, connection, python } = await led(server);
  const asked = once(server, 'request');
  const asking = python('ask("GET", "/")');
  await asked;
  await ask(host, 'POST', `/containers/repo2vc-${id}.node-1/kill`);
  await asking.catch(() => undefined);
  await eventually(() => closed || undefined);
  expect((await failureOf(() => connection.serve('broker', server))).code).toBe('node-lost');
});
