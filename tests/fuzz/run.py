#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py [--max-len BYTES] TARGET FOLDER SEEDS...

Runs the fuzz target for TENON_FUZZ_SECONDS (60), from TENON_FUZZ_SEED (1; 0: another one each time): an exit code of 0
says that it found nothing. FOLDER keeps what it has learnt for the next run, and the files that broke it: such a file is
tried first, so that the test fails until it is mended. SEEDS are files, or folders of files, to start from.
"""
import argparse
import glob
import os
import re
import subprocess
import sys


def filesOf(seeds):
    for seed in seeds:
        inside = os.path.isdir(seed)
        yield from (sorted(glob.glob(os.path.join(seed, "**", "*"), recursive=True)) if inside else [seed])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("folder")
    parser.add_argument("seeds", nargs="+")
    parser.add_argument("--max-len", default="4096")
    given = parser.parse_args()
    seconds = int(os.environ.get("TENON_FUZZ_SECONDS", "60"))
    seeds = [path for path in filesOf(given.seeds) if os.path.isfile(path)]
    if not seeds:
        sys.exit(f"no seeds in {given.seeds}")
    os.makedirs(given.folder, exist_ok=True)
    # Not by the clock: two runs that begin alike try the same files, as many as the time allows.
    seed = os.environ.get("TENON_FUZZ_SEED", "1")
    command = [given.target, f"-seed={seed}", f"-max_total_time={seconds}", f"-max_len={given.max_len}",
               # Input.cpp limits the time by the processor's clock: libFuzzer goes by the wall's.
               "-timeout=1800",
               # 200 MB for a reader; sanitizers and libraries take the others.
               "-malloc_limit_mb=200", "-rss_limit_mb=700",
               f"-artifact_prefix={given.folder}/", "-print_final_stats=1", f"-seed_inputs={','.join(seeds)}",
               given.folder]
    environment = dict(os.environ, ASAN_OPTIONS="allocator_may_return_null=1:quarantine_size_mb=16",
                       UBSAN_OPTIONS="print_stacktrace=1")
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    runs = re.search(r"number_of_executed_units: *(\d+)", done.stdout)
    name = os.path.basename(given.target)
    if done.returncode == 0 and runs and int(runs[1]) >= len(seeds):
        print(f"{name}: {runs[1]} files in {seconds} s")
        return 0
    print("\n".join(line for line in done.stdout.splitlines()[-80:] if not re.match(r"#\d+\s", line)))
    broken = re.search(r"Test unit written to (\S+)", done.stdout)
    print(f"{name} failed with exit code {done.returncode}; again: {given.target} "
          f"{broken[1] if broken else 'FILE'}" + ("" if broken else " (no file was written)"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
