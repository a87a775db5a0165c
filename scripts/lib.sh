# Sourced by the scripts beside it: each step says what it does, keeps its result in .cache/ and is
# skipped while what it was made from is unchanged.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.cache
cd "$root"
mkdir -p "$cache/bin" "$cache/reports" "$cache/stamps"

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() { printf '\nCannot go on: %s\n' "$*" >&2; exit 1; }

# once NAME FINGERPRINT COMMAND...: runs the command unless it has succeeded with this fingerprint.
once() {
  local stamp=$cache/stamps/$1 fingerprint=$2
  shift 2
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ] && return
  rm -f "$stamp"
  "$@"
  echo "$fingerprint" >"$stamp"
}

# The fingerprint of the files below some paths, tracked or not, but not ignored.
fingerprint() {
  git ls-files -z --cached --others --exclude-standard -- "$@" | sort -z |
    xargs -0 sha256sum 2>/dev/null | sha256sum | cut -d' ' -f1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() {
  command -v apt-get >/dev/null || fail "install $* with your system's package manager."
  say "Installing $* (Debian packages)"
  as_root apt-get update -q >"$cache/apt.log" 2>&1 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" \
      >>"$cache/apt.log" 2>&1 || fail "apt-get failed; see $cache/apt.log"
}

need_toolchain() {
  command -v git >/dev/null || fail "git is not installed."
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    fail "Python 3.10 or newer is needed as python3."
  node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null ||
    fail "Node.js 20 or newer is needed."
}

# make_env NAME PACKAGE...: a virtual environment .cache/env-NAME with these packages.
make_env() {
  local env=$cache/env-$1
  shift
  say "Setting up Python in ${env#"$root"/}"
  rm -rf "$env"
  if ! python3 -m venv "$env" 2>/dev/null; then
    apt_install python3-venv
    python3 -m venv "$env"
  fi
  "$env/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# The newest of everything. A day's change of "newest" is taken up by removing .cache/env-newest.
newest_packages=('jupyterlab>=4.5,<5' 'jupyter-builder>=1.2' ipykernel fsspec gcsfs s3fs aiobotocore orjson \
  'xarray>=2024' 'zarr>=3')
test_packages=('jupyterhub>=5,<6' pytest pytest-asyncio 'pytest-jupyter[server]>=0.6' 'moto[server]>=5' distributed ruff)

need_newest() {
  local packages=("${newest_packages[@]}" "${test_packages[@]}")
  [ -x "$cache/env-newest/bin/jupyter" ] || rm -f "$cache/stamps/env-newest"
  once env-newest "${packages[*]}" make_env newest "${packages[@]}"
  export PATH="$cache/env-newest/bin:$PATH"
}

# What a hub's image has today, where JupyterLab is 4.5.
need_hub_image() {
  local pins=$root/scripts/pins-hub-image.txt
  [ -x "$cache/env-hub-image/bin/jupyter" ] || rm -f "$cache/stamps/env-hub-image"
  once env-hub-image "$(sha256sum <"$pins") ${test_packages[*]}" \
    make_env hub-image -r "$pins" ipykernel xarray 'zarr>=3' "${test_packages[@]}"
}

# Another computer, as the code of the token dialog finds it: without our package.
need_snippets() {
  local packages=(gcsfs 'xarray>=2024' 'zarr>=3')
  [ -x "$cache/env-snippets/bin/python" ] || rm -f "$cache/stamps/env-snippets"
  once env-snippets "${packages[*]}" make_env snippets "${packages[@]}"
  export LEAP_SNIPPETS_PYTHON=$cache/env-snippets/bin/python
}

# Debian's, which is as old as what people have.
need_rclone() { [ -x /usr/bin/rclone ] || apt_install rclone; }

# For benchmarks/listing alone, beside which it is measured; no test needs it.
need_drives() {
  local packages=('jupyterlab>=4.5,<5' 'jupyter-drives==0.2.0')
  [ -x "$cache/env-drives/bin/python" ] || rm -f "$cache/stamps/env-drives"
  once env-drives "${packages[*]}" make_env drives "${packages[@]}"
}

need_node_modules() {
  [ -d node_modules ] || rm -f "$cache/stamps/node_modules"
  once node_modules "$(fingerprint package.json yarn.lock .yarnrc.yml)" install_node_modules
}
install_node_modules() {
  say "Installing the JavaScript packages of yarn.lock"
  jlpm install --immutable >"$cache/jlpm.log" 2>&1 || { tail -30 "$cache/jlpm.log"; fail "jlpm install"; }
}

# The wheel, as it would be published: $wheel is its path.
need_wheel() {
  need_node_modules
  once wheel "$(fingerprint src style schema package.json tsconfig.json pyproject.toml install.json \
    jupyter-config jupyterlab_leap_buckets README.md LICENSE)" build_wheel
  wheel=$(ls "$cache"/dist/*.whl)
}
build_wheel() {
  say "Building the wheel"
  rm -rf "$cache/dist" jupyterlab_leap_buckets/labextension
  # Made from this checkout alone; the build's own dependencies go into an environment of its own.
  pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$cache/dist" . \
    >"$cache/build.log" 2>&1 || { tail -60 "$cache/build.log"; fail "the build"; }
}

# install_wheel NAME: the wheel into .cache/env-NAME.
install_wheel() {
  once "wheel-in-$1" "$(sha256sum <"$wheel")$(stat -c %Y "$cache/env-$1/pyvenv.cfg")" put_wheel "$1"
}
put_wheel() {
  say "Installing $(basename "$wheel") into .cache/env-$1"
  local pip="$cache/env-$1/bin/pip"
  "$pip" uninstall --quiet --yes jupyterlab_leap_buckets 2>/dev/null # else the same version stays
  "$pip" install --quiet --disable-pip-version-check "$wheel"
}

need_fake_gcs() {
  export FAKE_GCS_SERVER=$cache/bin/fake-gcs-server
  [ -x "$FAKE_GCS_SERVER" ] || install_fake_gcs
}
install_fake_gcs() {
  command -v go >/dev/null || fail "Go is needed to build fake-gcs-server, the emulated cloud of the tests."
  say "Building fake-gcs-server (once, a few minutes)"
  GOBIN=$cache/bin go install github.com/fsouza/fake-gcs-server@v1.56.1
}

need_chromium() {
  [ -n "${LEAP_CHROMIUM:-}" ] || [ -x /usr/bin/chromium ] || apt_install chromium fonts-dejavu-core
}
