// SPDX-License-Identifier: Apache-2.0
// All of Tenon's C++ interface.
#ifndef TENON_TENON_H
#define TENON_TENON_H

#include <tenon/applications.h>
#include <tenon/array.h>
#include <tenon/axes.h>
#include <tenon/callbacks.h>
#include <tenon/constraints.h>
#include <tenon/data.h>
#include <tenon/datasets.h>
#include <tenon/error.h>
#include <tenon/events.h>
#include <tenon/images.h>
#include <tenon/initializers.h>
#include <tenon/layers.h>
#include <tenon/losses.h>
#include <tenon/metrics.h>
#include <tenon/model.h>
#include <tenon/model_callbacks.h>
#include <tenon/npy.h>
#include <tenon/optimizers.h>
#include <tenon/preprocessing.h>
#include <tenon/program.h>
#include <tenon/regularizers.h>
#include <tenon/samples.h>
#include <tenon/session.h>
#include <tenon/table.h>
#include <tenon/tensor.h>
#include <tenon/tensorboard.h>
#include <tenon/text.h>
#include <tenon/trainer.h>
#include <tenon/training.h>

#endif // TENON_TENON_H
