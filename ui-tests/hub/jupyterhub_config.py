"""A JupyterHub as researchers have it: a path prefix, a proxy, XSRF checks, a bucket folder a user."""

import json
import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - given by JupyterHub
setup = json.loads(os.environ["LEAP_HUB_SETUP"])
folder = Path(setup["folder"])

c.JupyterHub.bind_url = setup["url"]
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{setup['hubPort']}"
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.JupyterHub.log_level = "DEBUG"
c.ConfigurableHTTPProxy.command = [setup["proxy"]]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{setup['proxyPort']}"
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")

c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = set(setup["users"])

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "home" / "{username}")
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [
    "--debug",
    "--ServerApp.jpserver_extensions={'jupyterlab_leap_buckets': True}",
    f"--LeapBuckets.tokenExchange={setup['exchange']}",
    # Containers that run tests have no other user than root.
    *(["--allow-root"] if os.geteuid() == 0 else []),
]
c.Spawner.environment = {
    **setup["environment"],
    "SCRATCH_BUCKET": lambda spawner: f"gs://leap-scratch/{spawner.user.name}",
    "PERSISTENT_BUCKET": lambda spawner: f"gs://leap-persistent/{spawner.user.name}",
}
