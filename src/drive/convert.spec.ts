import { decodeText, fromBase64, readNotebook, toBase64, writeNotebook } from './convert';

const encode = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;

function notebook(...cells: object[]): string {
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
}

describe('decodeText', () => {
  it('keeps every character, a byte order mark too', () => {
    expect(decodeText(encode('\uFEFFa,b\r\né🌊'))).toBe('\uFEFFa,b\r\né🌊');
    expect(decodeText(encode(''))).toBe('');
  });

  it('tells bytes that are not UTF-8', () => {
    expect(decodeText(new Uint8Array([0x89, 0x50, 0x4e, 0x47]).buffer)).toBeNull();
  });
});

describe('base64', () => {
  it('survives both ways, however long', () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, index) => index % 256);
    const text = toBase64(bytes.buffer);
    expect(text).toBe(Buffer.from(bytes).toString('base64'));
    expect(fromBase64(text)).toEqual(bytes);
    expect(toBase64(new ArrayBuffer(0))).toBe('');
  });
});

describe('readNotebook', () => {
  it('joins lines and leaves lists that are data', () => {
    const output = {
      output_type: 'display_data',
      metadata: {},
      data: { 'text/html': ['<b>', '</b>'], 'application/vnd.x+json': ['a', 'b'] }
    };
    const stream = { output_type: 'stream', name: 'stdout', text: ['1\n', '2'] };
    const text = notebook(
      { cell_type: 'markdown', metadata: {}, source: ['a\n', 'b'] },
      { cell_type: 'code', metadata: {}, source: 'c', outputs: [output, stream] }
    );
    expect(readNotebook(`\uFEFF${text}`)).toMatchObject({
      cells: [
        { source: 'a\nb' },
        {
          source: 'c',
          outputs: [
            { data: { 'text/html': '<b></b>', 'application/vnd.x+json': ['a', 'b'] } },
            { text: '1\n2' }
          ]
        }
      ]
    });
  });

  it('trusts nothing, whatever the file says', () => {
    const cells = ['code', 'markdown', 'raw'].map(cell_type => ({
      cell_type,
      metadata: { trusted: true, tags: ['kept'] },
      source: ''
    }));
    expect(readNotebook(notebook(...cells))).toMatchObject({
      cells: cells.map(() => ({ metadata: { tags: ['kept'] } }))
    });
    expect(JSON.stringify(readNotebook(notebook(...cells)))).not.toContain('trusted');
  });

  it.each([
    ['', 'not-json'],
    ['<html>', 'not-json'],
    ['null', 'not-a-notebook'],
    ['{"nbformat": 3, "worksheets": []}', 'not-a-notebook'],
    ['{"nbformat": 4, "cells": {}}', 'not-a-notebook'],
    [notebook(null as never), 'not-a-notebook'],
    [notebook({ metadata: 'x' }), 'not-a-notebook'],
    [notebook({ outputs: [null] }), 'not-a-notebook'],
    [notebook({ outputs: 7 }), 'not-a-notebook'],
    [notebook({ attachments: { a: null } }), 'not-a-notebook']
  ])('refuses %s', (text, reason) => {
    expect(readNotebook(text)).toBe(reason);
  });
});

describe('writeNotebook', () => {
  it('writes what nbformat writes', () => {
    const content = {
      nbformat_minor: 5,
      nbformat: 4,
      metadata: { orig_nbformat: 3 },
      cells: [
        {
          source: 'a\nb\n',
          metadata: { trusted: true },
          cell_type: 'code',
          outputs: [
            { output_type: 'stream', text: 'é\n' },
            { output_type: 'display_data', data: { 'image/png': 'AAAA\n', 'text/plain': '' } }
          ]
        }
      ]
    };
    expect(writeNotebook(content)).toBe(`{
 "cells": [
  {
   "cell_type": "code",
   "metadata": {},
   "outputs": [
    {
     "output_type": "stream",
     "text": [
      "é\\n"
     ]
    },
    {
     "data": {
      "image/png": "AAAA\\n",
      "text/plain": []
     },
     "output_type": "display_data"
    }
   ],
   "source": [
    "a\\n",
    "b\\n"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`);
    expect(content.cells[0].metadata).toEqual({ trusted: true });
  });

  it('refuses what is no notebook', () => {
    expect(writeNotebook(null)).toBeNull();
    expect(writeNotebook('text')).toBeNull();
  });
});
