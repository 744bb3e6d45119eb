# SPDX-License-Identifier: Apache-2.0
"""TensorBoard's server on a folder, for the checks that are run by hand."""
import subprocess
import sys
import time


def serve(folder, port, isReady, *options):
    """The server's process, once isReady() holds of it (an OSError: not yet), or after two minutes."""
    server = subprocess.Popen([sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port), "--bind_all", *options],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        time.sleep(1)
        try:
            if isReady():
                break
        except OSError:
            pass
    return server
