// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "codegen/Codegen.h"

namespace tenon::codegen {
/// The object that holds <tag>_program: the table of entries, the manifest and the weights.
Object emitProgramTable(const Compiled &compiled);
} // namespace tenon::codegen
