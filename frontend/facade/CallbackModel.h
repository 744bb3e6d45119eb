// SPDX-License-Identifier: Apache-2.0
// The model in the hands of callbacks: what modelOf(context) gives.
#pragma once
#include <tenon/model_callbacks.h>

namespace tenon::facade {

/// Makes `model` what modelOf(context) gives, unless the call is part of another one that set it.
void setModel(TrainingContext &context, const Model &model);

} // namespace tenon::facade
