// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "ir/Dialect.h"
#include "ir/target/Machine.h"

namespace tenon::ir {

/// The predicted seconds of a kernel on one core at batch 1, unknown sides taken as 32: its contractions, or moving what it
/// reads and writes if that takes longer.
double kernelSeconds(KernelOp kernel, const Machine &machine);

} // namespace tenon::ir
