// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Checksums.h"
#include "tests/fuzz/Input.h"

#include <tenon/container.h>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view given(reinterpret_cast<const char *>(data), size);
  for (bool repaired : {false, true})
    fuzz::readFile(repaired ? fuzz::withContainerChecksums(given) : std::string(given), [](const std::string &path) {
      const Container container = Container::read(path);
      for (auto &variable : container.variables) {
        fuzz::touch(variable.value);
        fuzz::require(container.find(variable.name) == &variable, "a variable is not found by its name");
      }
    });
  return 0;
}
