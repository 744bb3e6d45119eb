// SPDX-License-Identifier: Apache-2.0
// Tokenizers and word indices.
#include "tests/fuzz/Input.h"

#include <tenon/text.h>

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view given(reinterpret_cast<const char *>(data), size);
  fuzz::readFile(given, [](const std::string &path) {
    for (auto &[word, number] : data::loadWordIndex(path))
      fuzz::require(number >= 0, "a word has a negative number");
  });
  fuzz::readFile(given, [](const std::string &path) {
    const data::Tokenizer tokenizer = data::Tokenizer::load(path);
    tokenizer.textsToSequences({"The cat, the dog."});
    const std::string text = tokenizer.toJson();
    fuzz::require(data::Tokenizer::fromJson(text).toJson() == text, "a tokenizer is another one when it is read again");
  });
  return 0;
}
