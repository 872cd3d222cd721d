# rtpengine_protobuf(TARGET name ROOT dir PROTOS a.proto b.proto [GRPC c.proto])
# Generates C++ below the build directory. Generated headers count as system headers: they do not
# pass our warnings.
function(rtpengine_protobuf)
  cmake_parse_arguments(arg "" "TARGET;ROOT" "PROTOS;GRPC;INCLUDE;DEPS" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out})
  set(includes -I${arg_ROOT})
  foreach(dir ${arg_INCLUDE})
    list(APPEND includes -I${dir})
  endforeach()
  set(sources)
  foreach(proto ${arg_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    add_custom_command(
      OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
      COMMAND ${PROTOC} ${includes} --cpp_out=${out} ${proto}
      DEPENDS ${arg_ROOT}/${proto} VERBATIM)
    list(APPEND sources ${out}/${stem}.pb.cc)
  endforeach()
  add_library(${arg_TARGET} STATIC ${sources})
  target_include_directories(${arg_TARGET} SYSTEM PUBLIC ${out})
  target_link_libraries(${arg_TARGET} PUBLIC protobuf::libprotobuf ${arg_DEPS})
  target_compile_options(${arg_TARGET} PRIVATE -w)
  if(arg_GRPC)
    set(grpc_sources)
    foreach(proto ${arg_GRPC})
      string(REGEX REPLACE "\\.proto$" "" stem ${proto})
      add_custom_command(
        OUTPUT ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h
        COMMAND ${PROTOC} ${includes} --grpc_out=${out}
                --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${proto}
        DEPENDS ${arg_ROOT}/${proto} VERBATIM)
      list(APPEND grpc_sources ${out}/${stem}.grpc.pb.cc)
    endforeach()
    add_library(${arg_TARGET}_grpc STATIC ${grpc_sources})
    target_link_libraries(${arg_TARGET}_grpc PUBLIC ${arg_TARGET} PkgConfig::GRPC)
    target_compile_options(${arg_TARGET}_grpc PRIVATE -w)
  endif()
endfunction()
