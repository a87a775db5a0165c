import { History } from './history';

const [A, B, C] = ['a/', 'b/', 'c/'].map(key => ({ bucket: 'x', key }));

describe('the history of folders', () => {
  it('goes back and forward', () => {
    const history = new History();
    [A, B, C].forEach(place => history.visit(place));
    expect(history.back()).toBe(B);
    history.visit(B);
    expect([history.back(), history.back()]).toEqual([A, null]);
    expect([history.forward(), history.forward(), history.forward()]).toEqual([B, C, null]);
  });

  it('forgets what was ahead when another way is taken', () => {
    const history = new History();
    [A, B].forEach(place => history.visit(place));
    history.back();
    history.visit(C);
    expect([history.canGoForward, history.back()]).toEqual([false, A]);
  });

  it('notes a folder once when it is only listed again', () => {
    const history = new History();
    [A, A, B, B].forEach(place => history.visit(place));
    expect([history.back(), history.canGoBack]).toEqual([A, false]);
  });
});
