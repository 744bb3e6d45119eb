// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Input.h"

#include "runtime/Npy.h"

#include <cstring>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::readFile({reinterpret_cast<const char *>(data), size}, [](const std::string &path) {
    const Array array = npy::parse(mapFile(path), path).array();
    fuzz::touch(array);
    // What was read and written again is the same.
    std::string written = npy::headerOf(array) + std::string(static_cast<const char *>(array.raw()), array.bytes());
    const Array again = npy::parse({nullptr, written.data(), written.size()}, "again").array();
    fuzz::require(again.shape() == array.shape() && again.dtype() == array.dtype() &&
                      (array.bytes() == 0 || std::memcmp(again.raw(), array.raw(), array.bytes()) == 0),
                  "an array is another one after writing and reading");
  });
  return 0;
}
