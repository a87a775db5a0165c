import { literal } from '../store/snippet';

/** An upload grant as the code on the other computer needs it: all but the grant itself. */
export interface IGrantUse {
  /** The whole address of `POST grants/token`. */
  readonly url: string;
  /** The address of the small data set to write first, such as `gs://bucket/ada/test.zarr`. */
  readonly store: string;
  /** Where the user's own data would go, as an example. */
  readonly example: string;
  /** Whether the upload keeps the hub's server from being stopped as idle. */
  readonly keepAwake: boolean;
}

/**
 * Python that writes with an upload grant: it asks for a token where there is none, renews it for as
 * long as the upload takes, and waits where the hub's server was stopped.
 */
export function renewingSnippet({ url, store, example, keepAwake }: IGrantUse): string {
  return TEMPLATE.replace(/@(URL|STORE|EXAMPLE|AWAKE)@/g, (_, name: string) => {
    switch (name) {
      case 'URL':
        return literal(url);
      case 'STORE':
        return literal(store);
      case 'EXAMPLE':
        return literal(example);
      default:
        return keepAwake ? 'True' : 'False';
    }
  });
}

/** Python tests read it from here, from one backtick to the other. */
const TEMPLATE = String.raw`import hashlib
import os
import random
import sys
import threading
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from getpass import getpass
from pathlib import Path

import google.auth
import requests
import xarray as xr
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError

# Else newer gcsfs asks what kind of bucket it is, which a limited token may not know.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"
EPOCH = datetime(1970, 1, 1)


class BucketCredentials(Credentials):
    """Asks the hub for tokens with an upload grant, each time shortly before the last one ends.

    patience: seconds to wait for a hub that gives none, before the upload fails.
    """

    def __init__(self, url, grant, keep_awake=False, patience=12 * 3600):
        super().__init__()
        self.url, self.grant, self.patience = url, grant, patience
        self.key = hashlib.sha256(f"{url} {grant}".encode()).hexdigest()[:16]
        self.awake = threading.Event()
        if keep_awake:
            threading.Thread(target=self._keep_awake, daemon=True).start()

    def __repr__(self):  # fsspec tells file systems apart by this
        return f"BucketCredentials({self.url!r}, key={self.key})"

    def __reduce__(self):  # to a Dask worker, with what is left of the token
        return type(self), (self.url, self.grant, False, self.patience), self._shared()["got"]

    def __setstate__(self, got):
        state = self._shared()
        with state["lock"]:
            state["got"] = max(got, state["got"], key=lambda one: one[1])

    @property
    def expired(self):
        return not self.valid

    @property
    def valid(self):
        """Whether there is a token, and no better one to be had just now."""
        state = self._shared()
        self._take(state)
        left = self._left(state)
        return left > 5 and (left > 240 or not self._is_due(state))

    def refresh(self, request=None):
        """Asks for a token; waits for one only when there is none left to go on with."""
        state = self._shared()
        with state["lock"]:
            if self._left(state) <= 5:
                self._wait(state)
            elif self._left(state) <= 240 and self._is_due(state):
                self._ask(state)
            self._take(state)

    def let_sleep(self):
        """The upload is done: the hub may stop the server when it is idle."""
        self.awake.set()

    def _shared(self):
        # What all copies in this process share. In a module, as cloudpickle copies classes.
        everybody = vars(google.auth).setdefault("_bucket_grants", {})
        fresh = {"lock": threading.RLock(), "got": (None, 0.0), "next": 0.0, "failed": (0.0, "")}
        return everybody.setdefault(self.key, fresh)

    def _take(self, state):
        self.token, end = state["got"]
        self.expiry = EPOCH + timedelta(seconds=end) if self.token else None

    def _left(self, state):
        return state["got"][1] - time.time()

    def _is_due(self, state):
        return time.time() >= state["next"]

    def _wait(self, state):
        """Asks until there is a token. What calls this again after a failure fails at once for a minute."""
        begun, said = time.time(), None
        if begun - state["failed"][0] < 60:
            raise RefreshError(state["failed"][1])
        while True:
            problem, final = self._ask(state)
            if self._left(state) > 5:
                return
            if final or time.time() - begun > self.patience:
                state["failed"] = (time.time(), problem)
                raise RefreshError(problem)
            if problem != said:
                print(f"{datetime.now():%F %H:%M} The upload waits. {problem}", file=sys.stderr, flush=True)
                said = problem
            time.sleep(max(1.0, state["next"] - time.time()))

    def _ask(self, state):
        """One call. Returns what is wrong, and whether it stays wrong however often one asks."""
        pause, final = random.uniform(20, 40), False
        try:
            answer = self._post({})
            told = answer.json()
            if answer.status_code == 200:
                # By the hub's clock: this computer's may be wrong.
                now = parsedate_to_datetime(answer.headers["Date"]).replace(tzinfo=None)
                ends = told["expiresAt"]
                left = (datetime.strptime(ends, "%Y-%m-%dT%H:%M:%SZ") - now).total_seconds() if ends else 300
                if time.time() + left > state["got"][1]:
                    state["got"] = told["accessToken"], time.time() + left
                problem = "The hub's token has ended already."
            else:
                reason = told["reason"]
                problem = f"{told['message']} {told['hint']}"
                if answer.status_code == 429:
                    pause = float(answer.headers.get("Retry-After", 30)) * random.uniform(1, 1.5)
                elif reason == "bad-grant":
                    final = True
                    problem = (
                        "The upload grant has ended, was revoked or was not copied whole. Make a new one in "
                        "JupyterLab on the hub: 'Generate Upload Token', then 'Longer than an hour'."
                    )
        except (KeyError, TypeError, ValueError):
            # Not our JSON: the hub speaks for a server that does not run.
            home = self.url.split("/user/")[0] + "/hub/home" if "/user/" in self.url else self.url
            problem = (
                "Your server on the hub does not run: idle ones are stopped after about an hour, and all "
                f"after 7 days. Start it at {home} and the upload goes on by itself."
            )
        except requests.RequestException as error:
            problem = f"{self.url} cannot be reached ({type(error).__name__}): is this computer online?"
        state["next"] = time.time() + pause
        return problem, final

    def _post(self, body):
        def sign(call):  # as auth, else a line in ~/.netrc would come before it
            call.headers["Authorization"] = f"Bearer {self.grant}"
            return call

        return requests.post(self.url, json=body, auth=sign, timeout=60, allow_redirects=False)

    def _keep_awake(self):
        while not self.awake.wait(300):
            try:
                self._post({"heartbeat": True})
            except requests.RequestException:
                pass  # the next call for a token tells


file = Path("grant.txt")
grant = file.read_text() if file.exists() else getpass("Upload grant: ")
credentials = BucketCredentials(@URL@, grant.strip(), keep_awake=@AWAKE@)

# A small test first: "Verify upload" on the hub shows when it has arrived.
store = @STORE@
ds = xr.DataArray([1, 4, 6]).to_dataset(name="test")
ds.to_zarr(store, mode="w", storage_options={"token": credentials})
print("Written:", store)

# Then your own data, from a script that runs as long as it takes:
# ds = xr.open_mfdataset("my_run/*.nc", chunks={})
# ds.to_zarr(@EXAMPLE@, storage_options={"token": credentials})

credentials.let_sleep()
`;
