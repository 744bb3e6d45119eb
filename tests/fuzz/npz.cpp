// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Checksums.h"
#include "tests/fuzz/Input.h"

#include <tenon/datasets.h>
#include <tenon/npy.h>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view given(reinterpret_cast<const char *>(data), size);
  const std::string repaired = fuzz::withZipChecksums(given);
  for (bool verify : {true, false})
    fuzz::readFile(verify ? repaired : given, [&](const std::string &path) {
      for (auto &[name, array] : npy::loadNpz(path, {.verify = verify}))
        fuzz::touch(array);
    });
  fuzz::readFile(repaired, [](const std::string &path) { data::loadMnist(path); });
  return 0;
}
