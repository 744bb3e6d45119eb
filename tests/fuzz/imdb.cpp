// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Checksums.h"
#include "tests/fuzz/Input.h"

#include "runtime/data/Pickle.h"

#include <tenon/datasets.h>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view given(reinterpret_cast<const char *>(data), size);
  if (given.substr(0, 2) == "PK")
    fuzz::readFile(fuzz::withZipChecksums(given), [](const std::string &path) {
      const data::Imdb imdb = data::loadImdb(path, {.numWords = 100, .maxlen = 1000});
      for (auto *part : {&imdb.train, &imdb.test}) {
        fuzz::touch(part->y);
        fuzz::require(part->y.rowCount() == static_cast<int64_t>(part->x.size()),
                      "reviews and labels differ in number");
        for (auto &review : part->x)
          for (int32_t word : review)
            fuzz::require(word < 100, "a word's number is numWords or more");
      }
    });
  else
    fuzz::readBytes(given, [&](std::string_view bytes, const std::string &what) {
      size_t numbers = 0;
      for (auto &list : data::unpickleLists(bytes, what))
        numbers += list.size();
      fuzz::require(numbers <= bytes.size(), "more numbers than bytes");
    });
  return 0;
}
