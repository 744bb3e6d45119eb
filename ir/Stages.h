// SPDX-License-Identifier: Apache-2.0
// What passes tell code generation about the order of kernels.
#pragma once
#include "llvm/ADT/StringRef.h"

namespace tenon::ir {

/// On a kernel: it shares its fork-join with no other.
inline constexpr llvm::StringLiteral ownStageName = "tenon.own_stage";
/// On a function: what passes did, for people: a list of [pass, "applied" or "missed", layer, text].
inline constexpr llvm::StringLiteral remarksName = "tenon.remarks";

} // namespace tenon::ir
