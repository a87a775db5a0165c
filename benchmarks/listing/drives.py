"""JupyterLab with jupyter-drives 0.2.0 and another address for S3; run by the Python of `.cache/env-drives`.

Its list of buckets and its list of objects take no address from its settings, so both libraries get it here. What is
measured, from its request for a folder to its rows, is untouched.
"""

import os
import sys
from urllib.parse import urlsplit

import libcloud.storage.drivers.s3 as libcloud_s3
import obstore.store
from jupyterlab.labapp import main

STORE = urlsplit(os.environ["AWS_ENDPOINT_URL"])  # s3fs asks there by itself


class S3StorageDriver(libcloud_s3.S3StorageDriver):
    def __init__(self, key, secret, secure, host, port, region, token):
        super().__init__(key, secret, False, STORE.hostname, STORE.port, region, token)


class S3Store:
    """Stands for a class that cannot be derived from; makes objects of it."""

    @staticmethod
    def from_url(url, *, config):
        address = {"aws_endpoint": STORE.geturl(), "aws_virtual_hosted_style_request": "false"}
        return Original.from_url(url, config={**config, **address}, client_options={"allow_http": "true"})


Original = obstore.store.S3Store
libcloud_s3.S3StorageDriver = S3StorageDriver
obstore.store.S3Store = S3Store
sys.exit(main())
