import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/clusters.ts';
import { everyProvider } from '../../support/every-provider.ts';

everyProvider(({ started }) => {
  it('leads the programs of the node to a server of ours', async () => {
    const { connect } = await started();
    const connection = await connect();
    const server = createServer((_request, response) => response.end('hello'));
    const { nodePath, close } = await connection.serve('broker', server);
    onTestFinished(close);
    const client = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("${nodePath}"); s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n"); print(s.makefile().read().endswith("hello"))`;
    expect((await connection.exec(['python', '-c', client])).stdout.toString()).toBe('True\n');
  });

  it('goes on leading them when programs hang up in the middle of an answer', async () => {
    const { connect } = await started();
    const connection = await connect();
    const server = createServer((request, response) => {
      response.write('first\n');
      request.resume().once('end', () => response.end('last\n'));
    });
    const { nodePath, close } = await connection.serve('broker', server);
    onTestFinished(close);
    const client = `
import socket
for i in range(500):
    s = socket.socket(socket.AF_UNIX); s.connect("${nodePath}")
    s.sendall(b"POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1000\\r\\n\\r\\n" + b"x" * 1000)
    while b"last" not in s.recv(1000): pass
    s.close()
print(i)`;
    const { stdout, stderr } = await connection.exec(['python', '-c', client]);
    expect([stdout.toString(), stderr.toString()]).toEqual(['499\n', '']);
  });

  it('answers at its endpoint', async () => {
    const { connect } = await started({ ports: [8888] });
    const connection = await connect();
    const bind = await connection.listen();
    const { host, port } = await connection.endpoint(bind.port);
    const web = ['python', '-m', 'http.server', '--bind', bind.address, String(bind.port)];
    await connection.startJob('web', web);
    const status = await eventually(() =>
      // ends by itself: whoever is hung up on before the server is there waits for ever
      fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(1_000) }).then(
        (answer) => answer.status,
        () => undefined,
      ),
    );
    expect(status).toBe(200);
  });
});
