import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: Request) => Response | Promise<Response>;

/** An HTTP server on a port of its own, on all of this machine's names. */
export class Server {
  private readonly server = http.createServer((incoming, outgoing) => {
    void this.answer(incoming, outgoing);
  });

  constructor(private readonly handle: Handler) {}

  async start(): Promise<void> {
    await new Promise<void>((done) => {
      this.server.listen(0, done);
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => {
      this.server.close(done);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const response = await this.handle(asRequest(incoming, Buffer.concat(chunks)));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  }
}

const asRequest = (incoming: http.IncomingMessage, body: Buffer): Request => {
  const { method = 'GET', url = '/', headers } = incoming;
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  );
  return new Request(`http://${headers.host ?? 'localhost'}${url}`, {
    method,
    headers: plain,
    body: body.length ? Uint8Array.from(body) : null,
  });
};
