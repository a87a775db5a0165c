import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

export interface INameQuestion {
  readonly title: string;
  /** What the text means. */
  readonly label: string;
  readonly accept: string;
  readonly value: string;
  /** Characters from the start that are selected, so that typing replaces them. */
  readonly selected?: number;
  /** Why a text cannot be taken, in words for a person, or null. */
  readonly problem: (value: string) => string | null;
}

/** Asks for a name until one can be taken. Null if the user changes her mind. */
export async function askName(question: INameQuestion): Promise<string | null> {
  const body = new NameBody(question);
  const { button, value } = await showDialog<string>({
    title: question.title,
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: question.accept })],
    focusNodeSelector: 'input'
  });
  return button.accept && value !== null && question.problem(value) === null ? value : null;
}

/** A text field that says at once why its text cannot be taken; the dialog cannot be accepted then. */
export class NameBody extends Widget implements Dialog.IBodyWidget<string> {
  constructor(private readonly _question: INameQuestion) {
    super({ node: document.createElement('div') });
    const { label, value } = _question;
    this.addClass('jp-LeapName');
    const caption = document.createElement('label');
    caption.textContent = label;
    this._input.type = 'text';
    this._input.className = 'jp-mod-styled';
    this._input.spellcheck = false;
    this._input.value = value;
    caption.append(this._input);
    this._problem.setAttribute('role', 'status');
    this.node.append(caption, this._problem);
    this._check();
    this._input.addEventListener('input', () => {
      const wasValid = this._input.validity.valid;
      this._check();
      if (this._input.validity.valid !== wasValid) {
        // The dialog has looked already whether all is valid.
        this._input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
  }

  getValue(): string {
    return this._input.value;
  }

  setValue(value: string): void {
    this._input.value = value;
    this._input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  protected onAfterAttach(): void {
    this._input.setSelectionRange(0, this._question.selected ?? this._input.value.length);
    this._input.addEventListener(
      'focus',
      () => this._input.setSelectionRange(0, this._question.selected ?? this._input.value.length),
      { once: true }
    );
  }

  private _check(): void {
    const problem = this._question.problem(this._input.value) ?? '';
    this._input.setCustomValidity(problem);
    this._problem.textContent = problem;
  }

  private readonly _input = document.createElement('input');
  private readonly _problem = document.createElement('p');
}
