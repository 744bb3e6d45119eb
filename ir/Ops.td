// SPDX-License-Identifier: Apache-2.0
// The op set, one file per family.
include "ir/ops/Convolution.td"
include "ir/ops/Elementwise.td"
include "ir/ops/Embedding.td"
include "ir/ops/Linear.td"
include "ir/ops/Normalization.td"
include "ir/ops/Pooling.td"
include "ir/ops/Random.td"
include "ir/ops/Recurrent.td"
include "ir/ops/Reduction.td"
include "ir/ops/Shaping.td"
include "ir/ops/Structure.td"
