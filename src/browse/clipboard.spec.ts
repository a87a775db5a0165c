import { Clipboard } from './clipboard';

describe('rows that were cut', () => {
  it('are told until they are pasted or others take their place', () => {
    const changed = jest.fn();
    const clipboard = new Clipboard(changed);
    clipboard.hold({ kind: 'move', bucket: 'b', keys: ['x/a', 'x/b/'] });
    expect(clipboard.hasCut).toBe(true);
    expect(clipboard.isCut('b', 'x/b/')).toBe(true);
    expect(clipboard.isCut('b', 'x/c')).toBe(false);
    expect(clipboard.isCut('other', 'x/a')).toBe(false);
    clipboard.hold({ kind: 'copy', bucket: 'b', keys: ['x/a'] });
    expect(clipboard.hasCut).toBe(false);
    expect(clipboard.isCut('b', 'x/a')).toBe(false);
    clipboard.hold(null);
    expect(clipboard.held).toBeNull();
    expect(changed).toHaveBeenCalledTimes(3);
  });
});
