// A proxy by github.com/elazarl/goproxy that opens every host and adds a header.
//
// Usage: goproxy LISTEN CERTIFICATE KEY UPSTREAM AUTHORITIES AUTHORIZATION
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/elazarl/goproxy"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Certificates by their hosts, each made once.
type certificates struct {
	mutex sync.Mutex
	made  map[string]*tls.Certificate
}

func (store *certificates) Fetch(host string, make func() (*tls.Certificate, error)) (*tls.Certificate, error) {
	store.mutex.Lock()
	defer store.mutex.Unlock()
	if known := store.made[host]; known != nil {
		return known, nil
	}
	certificate, err := make()
	if err == nil {
		store.made[host] = certificate
	}
	return certificate, err
}

func main() {
	listen, upstream, authorization := os.Args[1], os.Args[4], os.Args[6]
	authority, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	check(err)
	authority.Leaf, err = x509.ParseCertificate(authority.Certificate[0])
	check(err)
	goproxy.GoproxyCa = authority
	pem, err := os.ReadFile(os.Args[5])
	check(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)

	proxy := goproxy.NewProxyHttpServer()
	proxy.CertStore = &certificates{made: map[string]*tls.Certificate{}}
	var dialer net.Dialer
	proxy.Tr = &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: authorities},
		MaxIdleConnsPerHost: 128,
		DialContext: func(context context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(context, network, upstream)
		},
	}
	proxy.OnRequest().HandleConnect(goproxy.AlwaysMitm)
	proxy.OnRequest().DoFunc(func(request *http.Request, _ *goproxy.ProxyCtx) (*http.Request, *http.Response) {
		request.Header.Set("Authorization", authorization)
		return request, nil
	})
	check(http.ListenAndServe(listen, proxy))
}
