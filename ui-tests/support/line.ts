import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network line to a server, which a test can cut. */
export class Line {
  /** A line to the server at this address, on loopback. */
  static async to(url: string): Promise<Line> {
    const line = new Line(Number(new URL(url).port));
    await new Promise<void>(ready => line._server.listen(0, '127.0.0.1', ready));
    return line;
  }

  private constructor(private readonly _port: number) {
    this._server = createServer(near => this._join(near));
  }

  /** Where the server answers through this line. */
  get url(): string {
    return `http://127.0.0.1:${(this._server.address() as AddressInfo).port}`;
  }

  /** Bytes that have come from the browser so far. */
  get passed(): number {
    return this._passed;
  }

  /**
   * Cuts the line after so many more bytes from the browser: whatever is under way breaks, and
   * nothing connects until `mend`. Resolves when that has happened.
   */
  cutAfter(bytes: number): Promise<void> {
    this._left = bytes;
    return new Promise(cut => (this._onCut = cut));
  }

  mend(): void {
    this._left = Infinity;
  }

  async stop(): Promise<void> {
    this._break();
    await new Promise(closed => this._server.close(closed));
  }

  private _join(near: Socket): void {
    if (this._left <= 0) {
      near.destroy();
      return;
    }
    const far = connect(this._port, '127.0.0.1');
    near.pipe(far);
    far.pipe(near);
    near.on('data', ({ length }) => {
      this._left -= length;
      this._passed += length;
      if (this._left <= 0) {
        this._break();
        this._onCut();
      }
    });
    for (const socket of [near, far]) {
      this._sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this._sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  }

  private _break(): void {
    this._sockets.forEach(socket => socket.destroy());
  }

  private readonly _server: Server;
  private readonly _sockets = new Set<Socket>();
  private _left = Infinity;
  private _passed = 0;
  private _onCut: () => void = () => undefined;
}
