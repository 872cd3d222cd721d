#!/bin/sh
# pub has 203.0.113.10; the phones are a namespace at its other end, with 203.0.113.20 and .21.
set -e
ip link set lo up
ip netns add phones
ip link add pub type veth peer name eth0 netns phones
ip address add 203.0.113.10/24 dev pub
ip link set pub up
ip -n phones link set lo up
ip -n phones address add 203.0.113.20/24 dev eth0
ip -n phones address add 203.0.113.21/24 dev eth0
ip -n phones link set eth0 up
