import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls, type Server } from 'node:https';
import { createServer, type Server as Plain } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/**
 * A proxy in which Google's own names lead to an emulator, over TLS with an authority of our own: tools that
 * know no other address are sent here by their environment alone.
 */
export class GoogleProxy {
  /**
   * @param storage - The address of the emulated storage.
   * @param token - What a sign-in at Google's token address answers.
   * @param folder - Where the authority's files are put.
   */
  static async start(storage: string, token: string, folder: string): Promise<GoogleProxy> {
    const key = join(folder, 'key.pem');
    const certificate = join(folder, 'certificate.pem');
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=Test'],
        ...['-addext', `subjectAltName=DNS:storage.googleapis.com,DNS:oauth2.googleapis.com`]
      ],
      { stdio: 'ignore' }
    );
    const proxy = new GoogleProxy(storage, token, certificate, {
      key: readFileSync(key),
      cert: readFileSync(certificate)
    });
    await new Promise<void>(ready => proxy._outer.listen(0, '127.0.0.1', ready));
    return proxy;
  }

  private constructor(
    storage: string,
    token: string,
    private readonly _certificate: string,
    keys: { readonly key: Buffer; readonly cert: Buffer }
  ) {
    this._inner = createTls(keys, (near, answer) => {
      if (near.headers.host === 'oauth2.googleapis.com') {
        near.resume();
        answer.writeHead(200, { 'Content-Type': 'application/json' });
        answer.end(JSON.stringify({ access_token: token, expires_in: 3600, token_type: 'Bearer' }));
      } else {
        pass(near, answer, storage);
      }
    });
    this._outer = createServer();
    this._outer.on('connect', (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      this._inner.emit('connection', socket);
    });
  }

  /** What makes tools come here. */
  get environment(): Record<string, string> {
    const proxy = `http://127.0.0.1:${(this._outer.address() as AddressInfo).port}`;
    return {
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      NO_PROXY: '127.0.0.1',
      SSL_CERT_FILE: this._certificate,
      CURL_CA_BUNDLE: this._certificate,
      REQUESTS_CA_BUNDLE: this._certificate
    };
  }

  stop(): void {
    this._inner.closeAllConnections();
    this._outer.closeAllConnections();
    this._outer.close();
  }

  private readonly _inner: Server;
  private readonly _outer: Plain;
}

function pass(near: IncomingMessage, answer: ServerResponse, storage: string): void {
  const { method, url } = near;
  const headers = { ...near.headers, host: new URL(storage).host };
  // Node takes the path as it is.
  const far = request(storage, { method, path: url, headers }, response => {
    answer.writeHead(response.statusCode!, response.headers);
    response.pipe(answer);
  });
  far.on('error', () => answer.destroy());
  near.pipe(far);
}
