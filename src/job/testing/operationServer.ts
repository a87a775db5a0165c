import type { IncomingMessage, ServerResponse } from 'http';
import type { IOperation, IOperationRequest } from '../../store/operations';
import { bodyOf, refusal, reply, StandInServer } from '../../testing/standInServer';

/** The operations of our server, each as a script of what is told at one look after the other. */
export class OperationServer extends StandInServer {
  /** What the next operation tells; the last is told from then on. A number is a status to fail with. */
  script: (Partial<IOperation> | number)[] = [{ state: 'succeeded' }];
  /** Answered in place of a new operation, if set. */
  refuse: { status: number; reason: string } | null = null;
  readonly started: IOperationRequest[] = [];
  readonly owners: (string | undefined)[] = [];

  protected async answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: string
  ): Promise<void> {
    this.log.push(`${request.method} ${route}`);
    if (request.method === 'POST') {
      const asked = JSON.parse(String(await bodyOf(request)));
      if (this.refuse) {
        reply(response, this.refuse.status, refusal(this.refuse.reason));
        return;
      }
      this.started.push(asked);
      this.owners.push(request.headers['x-leap-confirm-outside-home'] as string | undefined);
      this._told = [...this.script];
      reply(response, 202, { id: `op-${this.started.length}` });
    } else if (request.method === 'DELETE') {
      this._told = [{ state: 'cancelled' }];
      reply(response, 200, this._operation({ state: 'cancelled' }));
    } else {
      const told = this._told.length > 1 ? this._told.shift()! : this._told[0];
      if (typeof told === 'number') {
        reply(response, told, refusal(told === 404 ? 'unknown-operation' : `http-${told}`));
      } else {
        reply(response, 200, this._operation(told));
      }
    }
  }

  private _operation(told: Partial<IOperation>): IOperation {
    const { kind, source, destination = null } = this.started[this.started.length - 1];
    return {
      ...{ id: 'op', kind, state: 'running', source, destination, startedAt: null, endedAt: null },
      ...{ objects: 0, objectsTotal: null, bytes: 0, bytesTotal: null },
      ...{ failures: [], failuresTotal: 0 },
      ...told
    };
  }

  private _told: (Partial<IOperation> | number)[] = [];
}
