// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_LAYERS_H
#define TENON_LAYERS_H

#include <tenon/layers/convolution.h>
#include <tenon/layers/elementwise.h>
#include <tenon/layers/embedding.h>
#include <tenon/layers/linear.h>
#include <tenon/layers/merging.h>
#include <tenon/layers/normalization.h>
#include <tenon/layers/pooling.h>
#include <tenon/layers/random.h>
#include <tenon/layers/recurrent.h>
#include <tenon/layers/shaping.h>

#endif // TENON_LAYERS_H
