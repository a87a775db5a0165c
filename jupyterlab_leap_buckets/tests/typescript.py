"""What the page's own code makes of its arguments: for text that people copy out of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .processes import find

RUN = """
const ts = require('typescript'), fs = require('fs');
const compilerOptions = {module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022};
require.extensions['.ts'] = (module, file) =>
  module._compile(ts.transpileModule(fs.readFileSync(file, 'utf8'), {compilerOptions}).outputText, file);
const [file, name, given] = process.argv.slice(1);
process.stdout.write(JSON.stringify(require(file)[name](...JSON.parse(given))));
"""


def call(repository: Path, file: str, name: str, *given: Any) -> Any:
    """The result of a function that `file`, such as `src/store/path.ts`, exports."""
    command = [find("node"), "-e", RUN, str(repository / file), name, json.dumps(given)]
    return json.loads(subprocess.run(command, cwd=repository, check=True, stdout=subprocess.PIPE, timeout=60).stdout)
