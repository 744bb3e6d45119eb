// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_FUZZ_READMODEL_H
#define TENON_TESTS_FUZZ_READMODEL_H

#include "tests/fuzz/Input.h"

namespace tenon::fuzz {

/// Reads a file with a model, of whatever format it is. What comes out must be a model: it describes itself and has all
/// of its weights.
void readModelFile(std::string_view bytes);
/// The same for a model's JSON.
void readModelJson(const std::string &text);
/// Reads weights into models whose weights the file may hold.
void readWeightFile(std::string_view bytes);

} // namespace tenon::fuzz
#endif // TENON_TESTS_FUZZ_READMODEL_H
