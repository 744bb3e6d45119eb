# SPDX-License-Identifier: Apache-2.0
# lit's configuration of every folder under tests; CMake's tenon_lit hands the paths over.
import os

import lit.formats

config.name = "tenon"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params["output"]
config.environment["PATH"] = os.pathsep.join(
    [lit_config.params["tenon_bin"], lit_config.params["llvm_bin"], os.environ["PATH"]]
)
