# Sourced by test.sh and bench.sh: what the tests need beside the .NET SDK, installed with apt only when it is missing.

# The SDK itself needs ICU unless told otherwise. No build process outlives the command that started it.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

# Says what is wrong with the .NET SDK or the machine, or nothing.
missing_sdk() {
  if ! command -v dotnet >/dev/null; then
    echo "the .NET SDK 10 is missing. Install it: https://learn.microsoft.com/dotnet/core/install/linux-debian"
  elif ! dotnet --list-sdks | grep -q '^10\.'; then
    echo "the .NET SDK 10 is needed; 'dotnet --list-sdks' shows: $(dotnet --list-sdks | cut -d' ' -f1 | xargs)"
  fi
}

# Installs the Debian packages whose check fails. Arguments: any of libssl chromium aiortc iproute cc libssl-dev coturn.
install_missing() {
  local packages=() need
  for need in "$@"; do
    case $need in
      libssl) /sbin/ldconfig -p | grep 'libssl\.so\.3' >/dev/null || packages+=(libssl3) ;;
      chromium) [ -x "${CHROMIUM_PATH:-/usr/bin/chromium}" ] || packages+=(chromium) ;;
      iproute) command -v ip >/dev/null || packages+=(iproute2) ;;
      aiortc) /usr/bin/python3 -c 'import aiortc, av, numpy' 2>/dev/null || packages+=(python3-aiortc) ;;
      cc) { command -v gcc && command -v make; } >/dev/null || packages+=(gcc make libc6-dev) ;;
      coturn) command -v turnutils_uclient >/dev/null || packages+=(coturn) ;;
      libssl-dev) [ -e /usr/include/openssl/evp.h ] || packages+=(libssl-dev) ;;
      *) echo "unknown prerequisite: $need" >&2; return 1 ;;
    esac
  done
  [ ${#packages[@]} -gt 0 ] || return 0

  echo "Installing ${packages[*]} ..."
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  [ "$(id -u)" -eq 0 ] || apt=(sudo "${apt[@]}")
  # Old package lists often do for a package that is already known; new ones are fetched only if not.
  "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null 2>&1 \
    || { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null; }
}
