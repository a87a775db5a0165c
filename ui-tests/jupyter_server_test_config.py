"""The server of the UI tests: JupyterLab's own test settings, on loopback. Never for production."""

import os

from jupyterlab.galata import configure_jupyter_server

c = get_config()  # noqa: F821  (Jupyter puts it there)
configure_jupyter_server(c)
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = int(os.environ["LEAP_TEST_PORT"])
c.ServerApp.allow_root = True
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None
# fake-gcs-server takes the question for the offset for the end of an upload, which the direct road asks more often.
c.LeapBuckets.directUploads = os.environ.get("LEAP_DIRECT_UPLOADS") == "1"
c.LeapBuckets.tokenExchange = os.environ["LEAP_TOKEN_EXCHANGE"]
if "LEAP_TEST_LOCAL_BUCKET" in os.environ:
    c.LeapBuckets.buckets = [{"id": "local", "label": "Local", "path": os.environ["LEAP_TEST_LOCAL_BUCKET"]}]
