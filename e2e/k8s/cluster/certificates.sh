# shellcheck shell=bash disable=SC2154 # Authorities, certificates, and kubeconfigs with them.
ssl() { openssl "$@" 2>>"$logs/openssl.log"; }
new_authority() { # NAME
  ssl ecparam -name prime256v1 -genkey -noout -out "$keys/$1.key"
  ssl req -x509 -new -key "$keys/$1.key" -subj "/CN=$1" -days 30 -out "$keys/$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,digitalSignature
}
new_certificate() { # NAME AUTHORITY SUBJECT USAGE [NAMES]
  local name=$1 authority=$2 subject=$3 usage=$4 names=${5:-}
  ssl ecparam -name prime256v1 -genkey -noout -out "$keys/$name.key"
  printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' "$usage" "${names:+subjectAltName=$names}" >"$keys/$name.ext"
  ssl req -new -key "$keys/$name.key" -subj "$subject" -out "$keys/$name.csr"
  ssl x509 -req -in "$keys/$name.csr" -CA "$keys/$authority.crt" -CAkey "$keys/$authority.key" -CAcreateserial \
    -days 30 -extfile "$keys/$name.ext" -out "$keys/$name.crt"
}
new_kubeconfig() { # NAME SERVER FILE
  cat >"$3" <<YAML
apiVersion: v1
kind: Config
current-context: $KUBE_NAME
contexts: [{name: $KUBE_NAME, context: {cluster: $KUBE_NAME, user: $1}}]
clusters: [{name: $KUBE_NAME, cluster: {server: "$2", certificate-authority-data: $(base64 -w0 <"$keys/ca.crt")}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 <"$keys/$1.crt"), client-key-data: $(base64 -w0 <"$keys/$1.key")}}]
YAML
  chmod 600 "$3"
}
