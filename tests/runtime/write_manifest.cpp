// SPDX-License-Identifier: Apache-2.0
// Writes the manifest of linear_executable.c as numbers for an array: the linear program's, predict, kernel and bias
// only.
#include "tests/runtime/LinearProgram.h"

#include <cstdio>

int main(int argc, char **argv) {
  tenon::test::LinearProgram linear([](tenon::schema::ManifestT &manifest) {
    manifest.variables.resize(2);
    manifest.entries.resize(1);
  });
  std::FILE *file = argc == 2 ? std::fopen(argv[1], "w") : nullptr;
  if (!file)
    return 1;
  for (uint8_t byte : linear.manifest)
    std::fprintf(file, "%d,\n", byte);
  return std::fclose(file);
}
