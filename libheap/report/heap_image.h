#pragma once

// Heap maps and films as images: PNG and SVG, drawn by the same strokes
// (Cairo), with a title above and a legend below. Blocks are small squares, the
// first of an object full and the rest of it paler, so that neighbours of one
// category stay apart.

#include <string>

#include "libheap/analysis/heap_film.h"
#include "libheap/analysis/heap_picture.h"

namespace libheap {

enum class ImageFormat { kPng, kSvg };

// The image as the bytes of a file.
[[nodiscard]] std::string heap_image(const HeapPicture& picture,
                                     const std::string& title,
                                     ImageFormat format);
[[nodiscard]] std::string film_image(const HeapFilm& film,
                                     const std::string& title,
                                     ImageFormat format);

}  // namespace libheap
