// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_IMAGES_IMAGE_H
#define TENON_RUNTIME_IMAGES_IMAGE_H

#include "runtime/images/Decode.h"

namespace tenon::images {

enum class Interpolation { Bilinear, Nearest };
/// By its name; an Error when it is none.
Interpolation interpolationOf(const std::string &name);

/// Writes the image in another size; T is uint8_t or float.
template <typename T>
void resize(const T *from, int64_t height, int64_t width, int64_t channels, float *to, int64_t newHeight,
            int64_t newWidth, Interpolation interpolation);

} // namespace tenon::images
#endif // TENON_RUNTIME_IMAGES_IMAGE_H
