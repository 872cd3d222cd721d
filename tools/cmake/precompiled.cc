// Compiled for the headers that go before it: precompiled.cmake.
