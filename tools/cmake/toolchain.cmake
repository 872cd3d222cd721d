# Warnings as errors, sanitizers, and what makes the build fast where it is installed.
add_library(rtpengine_options INTERFACE)
target_compile_options(rtpengine_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wimplicit-fallthrough -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # GCC 12 sees copies of strings out of bounds where there are none, in the library's own headers.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized -Wno-stringop-overread -Wno-array-bounds>
  -fno-omit-frame-pointer)
if(RTPENGINE_SANITIZE)
  string(REPLACE "+" "," _sanitizers "${RTPENGINE_SANITIZE}")
  add_compile_options(-fsanitize=${_sanitizers} -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${_sanitizers})
endif()
if(RTPENGINE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(RTPENGINE_CCACHE ccache)
if(RTPENGINE_CCACHE)
  # pch_defines,time_macros: needed for precompiled headers (ccache manual, "Precompiled headers").
  set(_launcher env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${RTPENGINE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${_launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${_launcher})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endif()
find_program(RTPENGINE_MOLD mold)
if(RTPENGINE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
