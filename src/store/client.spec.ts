/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import type { IncomingMessage, ServerResponse } from 'http';
import { clientOf } from '../testing/client';
import { StandInServer } from '../testing/standInServer';
import { StoreError } from './errors';

/** Ends the connection in the middle of every answer. */
class BreakingServer extends StandInServer {
  status = 200;

  protected async answer(_request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.writeHead(this.status, { 'Content-Length': 100 });
    response.write('{"existing": [', () => response.destroy());
  }
}

let server: BreakingServer;
beforeEach(async () => {
  server = await BreakingServer.start();
});
afterEach(() => server.stop());

it.each([200, 503])(
  'half an answer with status %i is none, and may be asked for again',
  async status => {
    server.status = status;
    const failure = await clientOf(server)
      .compare('scratch', '', [])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect(failure).toMatchObject({ reason: 'offline' });
  }
);
