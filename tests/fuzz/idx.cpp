// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Input.h"

#include <tenon/datasets.h>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::readFile({reinterpret_cast<const char *>(data), size},
                 [](const std::string &path) { fuzz::touch(data::loadIdx(path)); });
  return 0;
}
