// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "codegen/Codegen.h"

namespace tenon::codegen {
/// The typed C99 header of a program, with a C++ wrapper: shapes as constants, one struct for the inputs and one for the
/// outputs of each entry, memory owned by the caller. Needs <tenon/c_api.h> for the ABI's types and nothing at run time.
std::string headerText(const Compiled &compiled);
} // namespace tenon::codegen
