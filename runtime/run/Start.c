/* SPDX-License-Identifier: Apache-2.0 */
/* What the prelinked main needs of the compiler's crtbegin.o, which cannot be merged into one object: the handle that
 * static destructors are registered with, null in an executable. */
__attribute__((visibility("hidden"))) void *__dso_handle = 0;
