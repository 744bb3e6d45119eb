// SPDX-License-Identifier: Apache-2.0
// nlohmann-json 3.11.2 asks with __has_attribute for no_unique_address, which g++ affirms and clang denies, so that its
// ordered objects would have another size here than in libtenon.
#pragma once
#include_next <nlohmann/detail/macro_scope.hpp>
#undef JSON_NO_UNIQUE_ADDRESS
#define JSON_NO_UNIQUE_ADDRESS [[no_unique_address]]
