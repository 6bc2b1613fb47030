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

// Configurations of handshakes by their hosts, so that each certificate is made once.
type configurations struct {
	mutex sync.Mutex
	made  map[string]*tls.Config
	make  func(string, *goproxy.ProxyCtx) (*tls.Config, error)
}

func (store *configurations) of(host string, context *goproxy.ProxyCtx) (*tls.Config, error) {
	store.mutex.Lock()
	defer store.mutex.Unlock()
	if known := store.made[host]; known != nil {
		return known, nil
	}
	configuration, err := store.make(host, context)
	if err == nil {
		store.made[host] = configuration
	}
	return configuration, err
}

func main() {
	listen, upstream, authorization := os.Args[1], os.Args[4], os.Args[6]
	authority, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	check(err)
	authority.Leaf, err = x509.ParseCertificate(authority.Certificate[0])
	check(err)
	store := &configurations{made: map[string]*tls.Config{}, make: goproxy.TLSConfigFromCA(&authority)}
	pem, err := os.ReadFile(os.Args[5])
	check(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)

	proxy := goproxy.NewProxyHttpServer()
	var dialer net.Dialer
	proxy.Tr = &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: authorities},
		MaxIdleConnsPerHost: 128,
		DialContext: func(context context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(context, network, upstream)
		},
	}
	open := &goproxy.ConnectAction{Action: goproxy.ConnectMitm, TLSConfig: store.of}
	proxy.OnRequest().HandleConnectFunc(func(host string, _ *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
		return open, host
	})
	proxy.OnRequest().DoFunc(func(request *http.Request, _ *goproxy.ProxyCtx) (*http.Request, *http.Response) {
		request.Header.Set("Authorization", authorization)
		return request, nil
	})
	check(http.ListenAndServe(listen, proxy))
}
