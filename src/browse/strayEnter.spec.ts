import { stopStrayEnter } from './strayEnter';

describe('an Enter on a row', () => {
  let clock = 0;
  const pressed = jest.fn();

  beforeEach(() => {
    document.body.innerHTML =
      '<div class="jp-Dialog"><input></div><div id="list"><p class="jp-BucketRow" tabindex="0"></p></div>';
    pressed.mockClear();
    document.addEventListener('keydown', pressed, true);
  });
  afterEach(() => document.removeEventListener('keydown', pressed, true));

  function press(selector: string, repeat = false): void {
    const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, repeat });
    Object.defineProperty(event, 'timeStamp', { value: clock });
    document.querySelector(selector)!.dispatchEvent(event);
  }

  it('opens it, but not as the second of a double press in a dialog, nor held', () => {
    const guard = stopStrayEnter(document.getElementById('list')!);
    press('.jp-BucketRow');
    expect(pressed).toHaveBeenCalledTimes(1);
    press('input');
    expect(pressed).toHaveBeenCalledTimes(2);
    clock += 200;
    press('.jp-BucketRow');
    clock += 1000;
    press('.jp-BucketRow', true);
    expect(pressed).toHaveBeenCalledTimes(2);
    press('.jp-BucketRow');
    expect(pressed).toHaveBeenCalledTimes(3);
    guard.dispose();
    press('.jp-BucketRow', true);
    expect(pressed).toHaveBeenCalledTimes(4);
  });
});
