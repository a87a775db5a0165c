"""Other storage that the user has keys for: AWS profiles and rclone's S3 remotes.

`read.py` reads both, `aws.py` and `rclone.py` know one each, `ini.py` the lines of their files, `write.py` adds and
removes what the form in the page makes. Names and endpoints leave this package; keys only to whoever signs with them.
"""

from .model import Connection, Keys
from .read import keys_of, read_connections

__all__ = ["Connection", "Keys", "keys_of", "read_connections"]
